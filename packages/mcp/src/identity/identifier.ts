import { isCallback, member } from "../hook/loose.ts";
import {
	knownIdentity,
	type Identify,
	type IdentifyRequest,
	type KnownIdentity,
} from "./identity.ts";

/** No HTTP server takes a longer header. */
const MAX_TOKEN_LENGTH = 65_536;

/** Asks the application who asks; whatever the application does, the request goes on. */
export type Identifier = (
	request: IdentifyRequest,
	tokenDigest: string | undefined,
	/** Of the audit that asks, where another one has the application's word. */
	digestToken?: (token: string) => string,
) => KnownIdentity | undefined;

/** Makes the asking of one application; undefined where it has nothing to say. */
export function identifier(options: {
	readonly identify: Identify | undefined;
	readonly digestToken: ((token: string) => string) | undefined;
	readonly warn: (code: string, message: string, cause?: unknown) => void;
}): Identifier | undefined {
	const { identify, digestToken, warn } = options;
	if (identify === undefined) return undefined;
	return (request, tokenDigest, digestOfAsker = digestToken) => {
		try {
			const said: unknown = identify(request);
			const then = member(said, "then");
			if (isCallback(then)) {
				// Nobody else will take what it may reject with.
				Reflect.apply(then, said, [undefined, () => undefined]);
				warn(
					"identify_is_async",
					"identify() returned a promise, which a request cannot wait for: its word is left out. Return what is known at once.",
				);
				return undefined;
			}
			return knownIdentity(
				said,
				// A credential handed over as a name stays what it is, with or without its scheme.
				(text) =>
					tokenDigest !== undefined &&
					text.length <= MAX_TOKEN_LENGTH &&
					digestOfAsker?.(text.slice(text.lastIndexOf(" ") + 1)) === tokenDigest,
			);
		} catch (fault) {
			warn(
				"identify_failed",
				"identify() threw: the request was recorded without its word, and went on. Look at the cause.",
				fault,
			);
			return undefined;
		}
	};
}
