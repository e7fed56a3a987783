import type ort from "onnxruntime-web";

/** Exports of the package onnxruntime-web, which a program imports when it opens a graph. */
export type OrtWeb = typeof ort;
