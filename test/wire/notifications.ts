import { type Cell, type Frame, type Sdk, slug } from "./cells.ts";

/** A notification of the specification or of an extension. */
export interface Notification {
	readonly method: string;
	readonly by: "client" | "server";
	readonly params: Frame;
	/** The eras that have it. */
	readonly eras: readonly ("legacy" | "modern")[];
	/** Sent by the SDK itself when a client connects. */
	readonly isHandshake?: true;
	/** Counted into the request it is sent for, on the sides that can know which. */
	readonly counted?: Readonly<Partial<Record<"client" | "server", "progress_count" | "log_count">>>;
}

const listChanged = ["tools", "prompts", "resources"] as const;
const both = ["legacy", "modern"] as const;
const task = {
	taskId: "t-1",
	status: "working",
	ttl: null,
	createdAt: "2026-01-01T00:00:00Z",
	lastUpdatedAt: "2026-01-01T00:00:00Z",
};
const n = (name: string): string => `notifications/${name}`;

/** Nobody asked for what this names: it belongs to no open request, and is told for itself. */
const stray = {
	cancelled: { requestId: 999_999 },
	progress: { progressToken: "stray", progress: 1 },
};

export const notifications: readonly Notification[] = [
	{ method: n("initialized"), by: "client", params: {}, eras: ["legacy"], isHandshake: true },
	{ method: n("cancelled"), by: "client", params: stray.cancelled, eras: both },
	{ method: n("cancelled"), by: "server", params: stray.cancelled, eras: ["legacy"] },
	{ method: n("progress"), by: "client", params: stray.progress, eras: ["legacy"] },
	{
		method: n("progress"),
		by: "server",
		params: { progressToken: "counted", progress: 1 },
		eras: both,
		counted: { client: "progress_count", server: "progress_count" },
	},
	{ method: n("roots/list_changed"), by: "client", params: {}, eras: ["legacy"] },
	{ method: n("tasks/status"), by: "client", params: task, eras: ["legacy"] },
	{ method: n("tasks/status"), by: "server", params: task, eras: ["legacy"] },
	{
		method: n("message"),
		by: "server",
		params: { level: "info", data: "x" },
		eras: both,
		// Whose a log message is does not stand on the wire.
		counted: { server: "log_count" },
	},
	{ method: n("resources/updated"), by: "server", params: { uri: "test://one" }, eras: both },
	...listChanged.map((list) => ({
		method: n(`${list}/list_changed`),
		by: "server" as const,
		params: {},
		eras: both,
	})),
	{
		method: n("elicitation/complete"),
		by: "server",
		params: { elicitationId: "e" },
		eras: ["legacy"],
	},
	{
		method: n("subscriptions/acknowledged"),
		by: "server",
		params: {
			notifications: { toolsListChanged: true },
			_meta: { "io.modelcontextprotocol/subscriptionId": "listen:0" },
		},
		eras: ["modern"],
	},
	{ method: n("tasks"), by: "server", params: task, eras: ["modern"] },
	{ method: "acme/happened", by: "client", params: {}, eras: ["legacy"] },
	{ method: "acme/happened", by: "server", params: {}, eras: both },
];

export const idOf = ({ by, method }: Notification): string => `wire.told_by_${by}_${slug(method)}`;

const eraOf = (sdk: Sdk): "legacy" | "modern" => (sdk === "v2-modern" ? "modern" : "legacy");

/** False where the era has no such notification, or carries none in that direction (2026-07-28, Streamable HTTP). */
export function occurs({ eras, by }: Notification, { sdk, way }: Cell): boolean {
	return eras.includes(eraOf(sdk)) && !(sdk === "v2-modern" && way === "http" && by === "client");
}
