import { describe, expect, it } from "vitest";
import { isSdkModule, isSdkScript } from "./sdk-files.ts";

describe("the files of the MCP SDKs", () => {
	it.each([
		["file:///app/node_modules/@modelcontextprotocol/sdk/dist/esm/server/mcp.js", true],
		["file:///app/node_modules/@modelcontextprotocol/sdk/dist/esm/client/index.js", true],
		["file:///C:/app/node_modules/@modelcontextprotocol/server/dist/index.mjs", true],
		[
			"file:///a/node_modules/.pnpm/x@2/node_modules/@modelcontextprotocol/client/dist/index.mjs?v=1",
			true,
		],
		["file:///app/node_modules/@modelcontextprotocol/sdk/dist/esm/types.js", false],
		["file:///app/node_modules/@modelcontextprotocol/server/dist/stdio.mjs", false],
		["file:///app/sdk/dist/esm/server/mcp.js", false],
	])("%s: %s", (url, is) => {
		expect(isSdkModule(url)).toBe(is);
	});

	it.each([
		["/app/node_modules/@modelcontextprotocol/sdk/dist/cjs/server/index.js", true],
		["C:\\app\\node_modules\\@modelcontextprotocol\\server\\dist\\index.cjs", true],
		["/app/node_modules/@modelcontextprotocol/sdk/dist/esm/server/index.js", false],
	])("%s: %s", (path, is) => {
		expect(isSdkScript(path)).toBe(is);
	});
});
