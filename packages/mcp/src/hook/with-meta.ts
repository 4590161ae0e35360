import type { JsonObject, Meta } from "../json-object.ts";
import type { Observation } from "../observer.ts";
import { isObject } from "./frame.ts";

/** A copy that begins with it has room for more members: each that is added to a copy of one spread costs 0.4 µs. */
const NOTHING: JsonObject = {};

function isEmpty(meta: Meta): boolean {
	for (const _ in meta) return false;
	return true;
}

/** Adds members to `params._meta` on a copy; the caller's own keys win. */
export function withMeta(
	message: JsonObject,
	observations: readonly Pick<Observation, "meta">[],
): JsonObject {
	let meta: Meta | undefined;
	for (const observation of observations)
		if (observation.meta) meta = meta ? { ...observation.meta, ...meta } : observation.meta;
	if (meta === undefined || isEmpty(meta)) return message;
	const params = message["params"];
	if (params !== undefined && !isObject(params)) return message;
	const own = params?.["_meta"];
	if (own !== undefined && !isObject(own)) return message;
	const whole = own === undefined ? { ...meta } : { ...NOTHING, ...meta, ...own };
	return { ...message, params: { ...NOTHING, ...params, _meta: whole } };
}
