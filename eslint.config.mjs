import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/dist/", "plugin/", "**/node_modules/", ".engine/", ".demo/", "examples/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers and booleans in messages are meant: ports, counts, ids.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  {
    // What ships has one style.
    files: ["provider/**/*.ts", "sdk/**/*.ts", "cli/**/*.ts", "sandbox/**/*.ts"],
    rules: {
      "@typescript-eslint/naming-convention": [
        "error",
        { selector: "variable", modifiers: ["destructured"], format: null },
        {
          selector: "variable",
          format: ["camelCase", "StrictPascalCase"],
          leadingUnderscore: "allow",
        },
        { selector: "function", format: ["camelCase"] },
        { selector: "typeLike", format: ["PascalCase"] },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "PrivateIdentifier", message: "Write `private` in place of `#`." },
      ],
      "no-warning-comments": ["error", { terms: ["@throws", "@returns"], location: "anywhere" }],
    },
  },
  {
    // chai's assertions are property reads; tests reach into what the engine returned as JSON.
    files: ["tests/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    files: ["**/*.mjs", "**/*.cjs", "**/*.js"],
    languageOptions: {
      globals: {
        console: "readonly",
        process: "readonly",
        require: "readonly",
        module: "writable",
        exports: "writable",
      },
    },
  },
);
