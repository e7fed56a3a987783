// deno-lint-ignore no-import-prefix -- a tool, which nobody who serves should have to install
import tseslint from "npm:typescript-eslint@8.73.0";

// Only the rules that need types; `deno lint` has the others.
export default tseslint.config({
  // The first has source-phase imports, which the parser does not support yet. The second is
  // generated.
  ignores: ["src/platforms/host/source_*.js", "src/planner/onnx_pb.ts"],
}, {
  files: ["src/**/*.ts", "routes/**/*.ts"],
  extends: [tseslint.configs.recommendedTypeCheckedOnly],
  languageOptions: {
    parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
  },
  rules: {
    "@typescript-eslint/switch-exhaustiveness-check": "error",
    "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
    "@typescript-eslint/require-await": "off",
    "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
  },
});
