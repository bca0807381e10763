"""The local engine: a transformers checkpoint on the GPU, or the CPU. In the order of a request:

    engine           the model, and an answer from start to end
    prefix_cache     frames → pixels, prefix of the prompt → features → keys and values, each kept in `tensor_cache`
      inputs         a request as tensors, `positions` where each stands: a `prompt`
      forward        by which way `varlen_attention`, `vision_pass`, `text_pass` compute
    scheduler        many answers (each a `sequence`) in the same steps; they join and leave between two
    decode_eager     a step on a processor: one forward pass for all; on a GPU until its graphs are there
    decode_graphs    a step on a GPU: a CUDA graph of `batch_sampler` and `decode_step`; `graphs` prepares them in the
                     `background`
    kv_cache         keys and values in buffers that grow; `kv_pages`, in pages that answers share
    text_stream      tokens to text
    opening          which engine: ours, or for other architectures `library_engine` over `library_inputs`
    loading, building, libraries, memory, threads, turns, tiles
    reference, bench plain `generate`, and how fast we are against it; `sampler` and `logits_processors` draw as it does

`…_fast` and `kernels_…` need a GPU and Triton. Outside this package only the maker of the demo models names torch.
"""
