# The server with the models everyday8 and everyday8-l. Mount other models as a volume and set MODELS_DIR.
FROM denoland/deno:2.9.6 AS build
WORKDIR /app
COPY deno.json deno.lock ./
COPY models models
COPY routes routes
COPY src src
# Installs the packages of the server, of its worker process and of the modules that it imports late.
# Deletes the builds of onnxruntime-web and icodec that the server does not load: 118 of 201 MB.
RUN deno install --frozen --entrypoint src/commands/serve.ts src/platforms/host/process/detector_process.ts \
  src/commands/serve_command.ts src/platforms/host/app.ts src/platforms/host/listen.ts \
  src/platforms/host/host_metrics.ts routes/guards/request_trace.ts && \
  find node_modules/.deno/onnxruntime-web@*/node_modules/onnxruntime-web/dist -type f \
  ! -name ort.node.min.mjs ! -name ort.webgpu.bundle.min.mjs \
  ! -name 'ort-wasm-simd-threaded.mjs' ! -name 'ort-wasm-simd-threaded.wasm' \
  ! -name 'ort-wasm-simd-threaded.asyncify.*' -delete && \
  find node_modules/.deno/icodec@*/node_modules/icodec/dist -type f \
  ! -name webp-dec.wasm ! -name avif-dec.wasm -delete

FROM denoland/deno:2.9.6
WORKDIR /app
COPY --from=build /app ./
ENV HOST=0.0.0.0 PORT=8080 DENO_NO_UPDATE_CHECK=1
# User "deno" of the base image, as a number: runAsNonRoot of Kubernetes accepts no names.
USER 1993:1993
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["deno", "eval", "--no-config", "Deno.exit((await fetch(`http://127.0.0.1:${Deno.env.get('PORT')}/healthz`)).ok ? 0 : 1)"]
CMD ["deno", "run", "--cached-only", "--no-prompt", "--v8-flags=--max-semi-space-size=4", \
  "--allow-net", "--allow-read", "--allow-env", "--allow-sys", "--allow-ffi", "--allow-run", \
  "src/commands/serve.ts"]
