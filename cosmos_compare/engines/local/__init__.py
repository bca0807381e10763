"""The local engine: a transformers checkpoint on the GPU, or the CPU. In the order of a request:

    engine           the model, and an answer from start to end
    looking          frames → pixels, head of the prompt → features → keys and values, each kept in `kept`
      inputs         a request as tensors, `positions` where each stands
                     `windows`, `vision_pass`, `text_pass` compute, `reading` says by which way
    writing          token after token without graphs, for processors and until the graphs are there
    graphs           CUDA graphs, prepared in the `background`
      decoder        what they hold: a question, a token (`token_pass`), the draw (`sampler`)
    keys, fixed_keys keys and values in buffers that grow, and at fixed addresses
    text_stream      tokens to text
    loading, libraries, memory, shapes
    reference, bench plain `generate`, and how fast we are against it; `sampling` is what both draw by

`…_fast` and `kernels_…` need a GPU and Triton. Outside this package only the maker of the demo models names torch.
"""
