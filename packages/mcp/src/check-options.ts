import { isCallback, member } from "./hook/loose.ts";
import type { InstrumentationOptions } from "./instrumentation-options.ts";

/** Every option, so that a misspelt one is not silently without effect. */
const KNOWN: Readonly<Record<keyof InstrumentationOptions, true>> = {
	audit: true,
	traces: true,
	tracerProvider: true,
	metrics: true,
	meterProvider: true,
	inject: true,
	trustPeerTrace: true,
	propagateBaggage: true,
	captureMessageContent: true,
	captureErrorMessages: true,
	requestHook: true,
	responseHook: true,
	rpcStatusCodeAttribute: true,
	extension: true,
	maxOpenRequests: true,
	openRequestTtlMs: true,
	maxDigestBytes: true,
	identify: true,
	servers: true,
	trustedProxies: true,
	forwardedHeader: true,
	onWarning: true,
};

const isAudit = (value: unknown): boolean =>
	isCallback(member(value, "record")) && isCallback(member(value, "health"));

/** Throws a TypeError where an option is misspelt, or what stands for the audit is none: nothing would be recorded. */
export function checkOptions(options: InstrumentationOptions): void {
	checkMembers(options, KNOWN);
}

/** The same of others that take an audit. */
export function checkMembers<O extends { readonly audit?: unknown }>(
	options: O,
	known: Readonly<Record<keyof O, true>>,
): void {
	if (isAudit(options))
		throw new TypeError("The options are an audit itself. Give it as a member: { audit }.");
	for (const [name, value] of Object.entries(options))
		if (value !== undefined && !Object.hasOwn(known, name))
			throw new TypeError(
				`There is no option ${JSON.stringify(name.slice(0, 64))}. Use one of ${Object.keys(known).join(", ")}.`,
			);
	const { audit } = options;
	if (audit !== undefined && audit !== false && !isAudit(audit))
		throw new TypeError(
			"audit is not an audit. Give what openAudit() returned, or false for none.",
		);
}
