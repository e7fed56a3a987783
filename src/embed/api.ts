// Exports that all entry points of the package share. Each entry point adds its own
// `createDetector()`.
export { DomainError, type ErrorCode } from "../core/domain_error.ts";
export type { Size } from "../core/size.ts";
export type { ImageLimits } from "../image/limits.ts";
export type { RawImage } from "../image/raw_image.ts";
export type {
  Detection,
  DetectionBox,
  DetectOptions,
  DetectResult,
  Explanation,
  KeptCandidates,
  ModelInfo,
  NmsKind,
  StageTimes,
  SuppressedCandidate,
  TileInfo,
  TileMerge,
} from "../ports/detector.ts";
export type { EngineInfo, Provider } from "../ports/session.ts";
export type {
  EmbedDetectOptions,
  EmbedLimits,
  EmbedOptions,
  ModelFiles,
  Selection,
  SelectOptions,
} from "./options.ts";
export { createApp, type EmbeddedAppOptions } from "./app.ts";
export type { EmbeddedDetector } from "./detector.ts";
export type { ImageSource } from "./image_source.ts";
