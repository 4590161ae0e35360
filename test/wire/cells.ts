/** SDK generation and protocol era. */
const sdks = ["v1", "v2-legacy", "v2-modern"] as const;
const ways = ["in_memory", "stdio", "http"] as const;

export type Sdk = (typeof sdks)[number];
export type Way = (typeof ways)[number];
export type Frame = Readonly<Record<string, unknown>>;

/** One SDK over one transport. */
export interface Cell {
	readonly sdk: Sdk;
	readonly way: Way;
}

export const cells: readonly Cell[] = sdks.flatMap((sdk) => ways.map((way) => ({ sdk, way })));

/** How a title names a cell. */
export const cellName = ({ sdk, way }: Cell): string => `${sdk} over ${way}`;

/** Turns a name of the protocol into the second half of an id. */
export const slug = (name: string): string =>
	name
		.replace(/^notifications\//, "")
		.replaceAll(/([A-Z])/g, "_$1")
		.replaceAll(/[^A-Za-z0-9]+/g, "_")
		.toLowerCase();

export const MODERN = "2026-07-28";

/** What every request of 2026-07-28 says of itself (basic/index, `_meta`). */
export const ENVELOPE: Frame = {
	"io.modelcontextprotocol/protocolVersion": MODERN,
	"io.modelcontextprotocol/clientInfo": { name: "probe", version: "1" },
	"io.modelcontextprotocol/clientCapabilities": {
		elicitation: { form: {}, url: {} },
		sampling: {},
		roots: {},
		extensions: { "io.modelcontextprotocol/tasks": {} },
	},
};

/** A request as it stands on the wire of an era. */
export function requestOf(sdk: Sdk, id: number | string, method: string, params: Frame): Frame {
	const said =
		sdk === "v2-modern" || method === "server/discover" ? { ...params, _meta: ENVELOPE } : params;
	return { jsonrpc: "2.0", id, method, params: said };
}
