// Registers hooks of its own before it loads what serves.
await import("./loader.mjs");
await import("./v1.mjs");
