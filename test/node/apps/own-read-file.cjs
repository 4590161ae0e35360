// Has a readFile of its own, which does not call the former one, before it loads what serves.
const { promises, readFileSync } = require("node:fs");

promises.readFile = async (file, options) => readFileSync(file, options);
void import("./v1.mjs");
