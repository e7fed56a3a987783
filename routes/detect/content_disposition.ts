/** Parameters of the `Content-Disposition` of a part of a form. */
export interface Disposition {
  /** Name of the field. Undefined: the header has no name. */
  readonly name: string | undefined;
  /** True if the header has a file name: the parameter `filename` or `filename*`. */
  readonly hasFileName: boolean;
  /**
   * File name that the client chose. `filename*` comes before `filename`, which may be a substitute
   * (RFC 6266, section 4.3). Empty: the header has none that can be read.
   */
  readonly fileName: string;
}

/** Pattern of a parameter. Its value may be in quotation marks. */
const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g;

/** Reads the value of a `Content-Disposition` (RFC 7578, section 4.2). */
export function readDisposition(header: string): Disposition {
  const parameters = new Map<string, string>();
  for (const [, key = "", quoted, plain = ""] of header.matchAll(PARAMETER)) {
    parameters.set(key.toLowerCase(), quoted ?? plain.trim());
  }
  return {
    name: parameters.get("name"),
    hasFileName: parameters.has("filename") || parameters.has("filename*"),
    fileName: extendedText(parameters.get("filename*")) ?? parameters.get("filename") ?? "",
  };
}

/**
 * Decodes the value of `filename*`, such as `UTF-8''ph%C3%B6to.jpg` (RFC 8187). Returns undefined if
 * it is missing, invalid or not UTF-8.
 */
function extendedText(value: string | undefined): string | undefined {
  const [, text] = value?.match(/^utf-8'[^']*'(.*)$/i) ?? [];
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
