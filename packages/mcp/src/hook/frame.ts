import type { JsonObject } from "../json-object.ts";

/** Why a frame was dropped, or an answer matched no request. */
export type Misfit =
	| "malformed_json"
	| "not_json_rpc"
	| "invalid_params"
	| "late_response"
	| "unasked_response";

/** What a frame is to the SDK; `refused` = it will drop it without an answer. */
export type FrameKind = "request" | "notification" | "response" | "refused";

const RELATED_TASK = "io.modelcontextprotocol/related-task";

export function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The only ids JSON-RPC requests of MCP may carry. */
export function isRequestId(value: unknown): value is string | number {
	return typeof value === "string" || Number.isSafeInteger(value);
}

/** A request as both ends take it for one. */
export type RequestFrame = JsonObject & {
	readonly id: string | number;
	readonly method: string;
};

/** False, too, where a frame throws when it is read. */
export function isRequest(frame: JsonObject): frame is RequestFrame {
	try {
		return typeof frame["method"] === "string" && isRequestId(frame["id"]);
	} catch {
		return false;
	}
}

/** The token by which its progress will be told, if a request gave one out. */
export function progressTokenOf(meta: JsonObject | undefined): string | number | undefined {
	try {
		const token = meta?.["progressToken"];
		return isRequestId(token) ? token : undefined;
	} catch {
		return undefined;
	}
}

function isMeta(meta: unknown): boolean {
	if (meta === undefined) return true;
	if (!isObject(meta)) return false;
	const token = meta["progressToken"];
	if (token !== undefined && !isRequestId(token)) return false;
	const task = meta[RELATED_TASK];
	return task === undefined || (isObject(task) && typeof task["taskId"] === "string");
}

const isParams = (params: unknown): boolean =>
	params === undefined || (isObject(params) && isMeta(params["_meta"]));

/** True when a frame has no member beside `jsonrpc` and those counted; the SDKs refuse any other. */
function only(frame: JsonObject, members: number): boolean {
	let left = members + 1;
	for (const _ in frame) if (--left < 0) return false;
	return true;
}

/** Judges an inbound frame by the guard that an SDK generation puts before its dispatch. */
export function inboundKind(frame: JsonObject, v1: boolean): FrameKind {
	if (frame["jsonrpc"] !== "2.0") return "refused";
	const hasId = "id" in frame;
	if (typeof frame["method"] === "string") {
		if (!isParams(frame["params"])) return "refused";
		const members = 1 + (hasId ? 1 : 0) + ("params" in frame ? 1 : 0);
		if (!only(frame, members)) return "refused";
		if (!hasId) return "notification";
		return isRequestId(frame["id"]) ? "request" : "refused";
	}
	if ("method" in frame || !only(frame, hasId ? 2 : 1)) return "refused";
	const result = frame["result"];
	if (isObject(result)) {
		const meta = result["_meta"];
		const accepted = v1 ? isMeta(meta) : meta === undefined || isObject(meta);
		return accepted && isRequestId(frame["id"]) ? "response" : "refused";
	}
	const error = frame["error"];
	if (!isObject(error)) return "refused";
	if (!Number.isSafeInteger(error["code"]) || typeof error["message"] !== "string")
		return "refused";
	return frame["id"] === undefined || isRequestId(frame["id"]) ? "response" : "refused";
}

/** Says what is wrong with a frame that {@link inboundKind} calls refused. */
export function misfitOf(message: unknown): Misfit {
	const isCall =
		isObject(message) && message["jsonrpc"] === "2.0" && typeof message["method"] === "string";
	return isCall && !isParams(message["params"]) ? "invalid_params" : "not_json_rpc";
}

/** Judges what the SDK itself sends; it does not check its own frames, so neither is it checked here. */
export function outboundKind(frame: JsonObject): FrameKind {
	if (typeof frame["method"] === "string")
		return isRequestId(frame["id"]) ? "request" : "notification";
	return "result" in frame || "error" in frame ? "response" : "refused";
}
