"""The local engine: a transformers checkpoint on the GPU, or the CPU. In the order of a request:

    engine           the model, and an answer from start to end
    prefix_cache     frames → pixels, prefix of the prompt → features → keys and values, each kept in `tensor_cache`
      inputs         a request as tensors, `positions` where each stands: a `prompt`
      forward        by which way `varlen_attention`, `vision_pass`, `text_pass` compute
    decode_eager     token after token without graphs, for processors and until the graphs are there
    graphs           CUDA graphs, prepared in the `background`
      decoder        what they hold: a question, a token (`decode_step`), the next token's draw (`sampler`)
    kv_cache         keys and values in buffers that grow; `kv_cache_static`, at fixed addresses
    text_stream      tokens to text
    loading, libraries, memory, tiles
    reference, bench plain `generate`, and how fast we are against it; `logits_processors` is what both sample by

`…_fast` and `kernels_…` need a GPU and Triton. Outside this package only the maker of the demo models names torch.
"""
