import { verifier, type Source, type VerifyOptions } from "./verifier.ts";
import type { VerifyReport } from "./report.ts";

/**
 * Verifies one input of any size as it streams, in constant memory (see {@link verifier} for several files).
 *
 * @example
 * ```ts
 * import { createReadStream } from "node:fs";
 * import { verify } from "@mcp-trail/integrity";
 *
 * const report = await verify(createReadStream("trail.ndjson"));
 * if (report.faultCount > 0) console.error(report.faults);
 * ```
 */
export async function verify(
	input: AsyncIterable<Uint8Array>,
	options: VerifyOptions & {
		readonly source?: Source;
		/** Ends the verification; it then rejects with the signal's reason. */
		readonly signal?: AbortSignal;
	} = {},
): Promise<VerifyReport> {
	const verification = verifier(options);
	verification.begin(options.source ?? {});
	for await (const chunk of input) {
		options.signal?.throwIfAborted();
		verification.push(chunk);
	}
	return verification.end();
}
