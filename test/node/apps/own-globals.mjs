// Has globals of its own in the place of Node's, as a simulated browser has, before it loads what serves.
globalThis.URL = function URL() {};
globalThis.TextDecoder = class {
	decode() {
		throw new Error("of another");
	}
};
await import("./v1.mjs");
