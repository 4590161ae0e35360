import type { JsonObject, Meta, Observation } from "../observer.ts";
import { isObject } from "./frame.ts";

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
	// One spread an object: a second one takes a slow path of the engine.
	const whole = own === undefined ? { ...meta } : { ...meta, ...own };
	return { ...message, params: { ...params, _meta: whole } };
}
