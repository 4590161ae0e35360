import type { Audit } from "@mcp-trail/audit";
import { cleanUri, type DiscoveryDetail } from "@mcp-trail/event";
import { derived } from "../audited/derived.ts";
import type { Following } from "../audited/follower.ts";
import { isObject } from "../hook/frame.ts";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";
import { documentDigest, previousDigest } from "./discovery-read.ts";

const SERVER_INFO = "io.modelcontextprotocol/serverInfo";

/** What a server says of itself, without what belongs to this one answer. */
function documentOf(result: JsonObject): JsonObject {
	const { _meta: meta, ttlMs: _t, cacheScope: _c, resultType: _r, ...said } = result;
	const server = isObject(meta) ? meta[SERVER_INFO] : undefined;
	return { ...said, ...(server !== undefined && { serverInfo: server }) };
}

/** Follows what a client reads by `server/discover`, and whether the server said so before. */
export function followDiscovery(audit: Audit, exchange: Exchange): Following | undefined {
	const { connection, method, inbound } = exchange;
	if (method !== "server/discover" || inbound) return undefined;
	let digest: string | undefined;
	return {
		answered({ result }) {
			digest = isObject(result) ? documentDigest(documentOf(result)) : undefined;
		},
		ended(event) {
			const id = connection.reached?.id;
			const before =
				digest === undefined || id === undefined
					? undefined
					: previousDigest(audit, `discover ${id}`, digest);
			const url = cleanUri(connection.reached?.origin, 1024);
			const discovery: DiscoveryDetail = {
				source: "discover",
				...(url !== undefined && { url }),
				...(digest !== undefined && { digest }),
				...(before !== undefined && { previous_digest: before }),
			};
			const { outcome, target } = event;
			if (outcome)
				audit.record(
					derived("mcp.discovery.read", event, { outcome, ...(target && { target }), discovery }),
				);
		},
	};
}
