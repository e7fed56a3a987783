/**
 * Field `extra` of the session options of onnxruntime, with which idle threads sleep instead of
 * waiting in a busy loop (`session.intra_op.allow_spinning` of
 * `onnxruntime_session_options_config_keys.h`).
 *
 * The loop takes the core on which the next image is decoded. With two threads, a 1080p photo took
 * 87 instead of 60 ms of CPU time with the native engine, and 172 instead of 137 with WebAssembly.
 */
export const SLEEPING_THREADS = { session: { intra_op: { allow_spinning: "0" } } } as const;
