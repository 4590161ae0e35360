import { z } from "zod";

export const optional = z.exactOptional;

/** What a value takes, in words; no value of the configuration is repeated. */
export const takes = (what: string) => ({
	error: ({ input }: { readonly input?: unknown }) =>
		input === undefined ? `is missing; it takes ${what}.` : `takes ${what}.`,
});

export const text = (most: number) =>
	z
		.string(takes("text"))
		.min(1, takes("text that is not empty"))
		.max(most, takes(`text of at most ${most} characters`));
export const path = text(4_096);
export const count = z.int(takes("a whole number above 0")).min(1, takes("a whole number above 0"));
export const oneOf = <const W extends readonly [string, ...string[]]>(of: W) =>
	z.enum(of, takes(of.map((word) => JSON.stringify(word)).join(" or ")));

/** A switch. */
export const yes = () => optional(z.boolean(takes("true or false")));
