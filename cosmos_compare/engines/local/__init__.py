"""The local engine: a transformers checkpoint on the GPU, or the CPU. torch and transformers are named only here."""
