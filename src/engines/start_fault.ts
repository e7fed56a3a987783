import { commandLine } from "../core/command_line.ts";

/** Message of onnxruntime for a graph that it cannot load, and the explanation of the message. */
interface Explanation {
  readonly pattern: RegExp;
  readonly explain: (found: readonly string[]) => string;
}

/** Advice at the end of some explanations: the native engine may be able to run the graph. */
const NATIVE = "or use the native engine";

const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    explain: ([version, newest]) =>
      `the graph has IR version ${version} and the engine reads up to ${newest}: save it with an ` +
      `older onnx package, or set ir_version to ${newest} and save it again`,
  },
  {
    pattern: /Opset (\d+) is under development[^]*for domain (\S+) is till opset (\d+)/,
    explain: ([version, domain, newest]) =>
      `the graph has operator set ${version} of ${domain} and the engine reads up to ${newest}: ` +
      `export it again with opset_version=${newest} or lower`,
  },
  {
    pattern: /com\.microsoft\.nchwc:(\w+)/,
    explain: ([operator]) =>
      `operator ${operator} of domain com.microsoft.nchwc exists only where onnxruntime optimised ` +
      "the graph for one processor: use the graph from before, or optimise at level basic",
  },
  {
    pattern: /(?:([\w.]+):)?(\w+)\(-?\d+\) is not a registered function\/op/,
    explain: ([domain = "", operator = ""]) => foreignOperatorFault({ domain, operator }),
  },
  {
    pattern: /No Op registered for (\w+) with domain_version of (\d+)/,
    explain: ([operator, version]) =>
      `operator ${operator} is not in operator set ${version}: export the graph again with ` +
      "another opset_version",
  },
  {
    pattern: /Could not find an implementation for (\w+)\((\d+)\) node/,
    explain: ([operator, version]) =>
      `the engine has no implementation of operator ${operator} of operator set ${version} for ` +
      "the number types of the graph: export it in float32 or with another opset_version, " +
      `simplify it (onnxsim), ${NATIVE}`,
  },
  {
    pattern: /Type '([^']+)' of input parameter \([^)]*\) of operator \((\w+)\)/,
    explain: ([type, operator]) =>
      `operator ${operator} does not take ${type}: export the graph in float32 or float16`,
  },
  {
    pattern: /external data/i,
    explain: () =>
      "the graph keeps weights in other files (ONNX external data), which its manifest must list " +
      `under graph.data, as ${commandLine("model new")} does`,
  },
  {
    pattern: /protobuf parsing failed/i,
    explain: () => "the file is no ONNX graph, or its end is missing",
  },
];

/**
 * Explains why onnxruntime cannot load a graph: names the operator, the operator set or the
 * version, and the remedy.
 *
 * @param message Message of onnxruntime.
 * @returns Explanation, or `message` unchanged if the cause is not known.
 */
export function startFault(message: string): string {
  for (const { pattern, explain } of EXPLANATIONS) {
    const found = pattern.exec(message);
    if (found !== null) return explain(found.slice(1));
  }
  return message;
}

/**
 * Explains that an operation of a graph is not defined by ONNX.
 *
 * @param operation Operator of the graph: its domain (a set of operators), its name, and the
 *   version of the domain. Unset `version`: the version is unknown.
 */
export function foreignOperatorFault(
  { domain, operator, version }: { domain: string; operator: string; version?: number },
): string {
  const set = [domain && ` of domain ${domain}`, version && ` (version ${version})`];
  const name = `operator ${operator}${set.filter(Boolean).join("")}`;
  return /trt|tensorrt/i.test(`${domain} ${operator}`)
    ? `${name} is a plugin of TensorRT, which no engine here has: export the graph without it, ` +
      "with the heads as outputs"
    : `${name} is not part of ONNX, and no engine here has it: export the graph without it, with ` +
      "operators of ONNX only";
}
