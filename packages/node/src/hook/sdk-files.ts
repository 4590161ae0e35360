/** The files whose exports hold the classes of an MCP SDK, 1.x and 2.x: ES modules. */
const modules =
	/\/@modelcontextprotocol\/(?:sdk\/dist\/esm\/(?:shared\/protocol|client\/index|server\/(?:index|mcp))\.js|(?:server|client)\/dist\/index\.mjs)(?:[?#].*)?$/;

/** The same as CommonJS. */
const scripts =
	/\/@modelcontextprotocol\/(?:sdk\/dist\/cjs\/(?:shared\/protocol|client\/index|server\/(?:index|mcp))\.js|(?:server|client)\/dist\/index\.cjs)$/;

/** By its URL. */
export const isSdkModule = (url: string): boolean => modules.test(url);

/** By its path, of any platform. */
export const isSdkScript = (path: string): boolean => scripts.test(path.replaceAll("\\", "/"));

/** True for a file that register hooks: one of those that hold the classes of an MCP SDK. */
export const hooksFile = (path: string): boolean =>
	isSdkScript(path) || isSdkModule(path.replaceAll("\\", "/"));

/**
 * The module's source with a last statement that shows its own exports to `loaded`: nothing in it is replaced, and
 * what it exports stays what it is.
 */
export function withLastWord(source: string, url: string, loadedUrl: string): string {
	const [self, loaded] = [JSON.stringify(url), JSON.stringify(loadedUrl)];
	return `${source}\n;import * as mcpTrailSelf from ${self};import { loaded as mcpTrailLoaded } from ${loaded};mcpTrailLoaded(mcpTrailSelf);\n`;
}
