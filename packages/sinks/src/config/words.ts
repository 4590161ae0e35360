import { type Format, formats } from "@mcp-trail/formats";
import { z } from "zod";
import { suggestion } from "./nearest.ts";

/** Where `{ "env": "NAME" }` is read at once; without it sinks read the process's, each time they need it. */
export type Environment = Readonly<Record<string, string | undefined>>;

const SECRET = '{ "env": "NAME" } or { "file": "/path" }';
const REFUSED = `${SECRET}; the value itself is refused, because configuration files are copied and committed`;
const MAX_TEXT = 4_096;

/** An option that may be left out. */
export const optional = z.exactOptional;

interface Wrong {
	readonly input?: unknown;
}

const sentence = (what: string, { input }: Wrong): string =>
	input === undefined ? `is missing; it takes ${what}.` : `takes ${what}.`;

/** What a value takes, in words: none of zod's own sentences reaches a person, and no value does. */
const takes = (what: string) => ({ error: (issue: Wrong) => sentence(what, issue) });

const text = z
	.string(takes("text"))
	.min(1, takes("text that is not empty"))
	.max(MAX_TEXT, takes(`text of at most ${MAX_TEXT} characters`));
const count = z.int(takes("a whole number above 0")).min(1, takes("a whole number above 0"));
const flag = z.boolean(takes("true or false"));
const name = z
	.string(takes("a name"))
	.regex(/^[a-z][a-z0-9_-]{0,31}$/, takes("1 to 32 of a-z 0-9 _ -, starting with a letter"));

/** A member that is not known is said elsewhere, by its name. */
const object = <const S extends z.ZodRawShape>(shape: S) =>
	z.strictObject(shape, takes("an object"));

const oneOf = <const W extends readonly [string, ...string[]]>(of: W) =>
	z.enum(of, takes(of.map((word) => JSON.stringify(word)).join(" or ")));

/** A format by the name that `mcp-trail convert --to` takes. */
function formatOf(known: readonly Format[]) {
	const names = known.map((format) => format.name);
	return z
		.enum(names, {
			error: ({ input }) =>
				typeof input === "string"
					? `is no format that this sink takes. ${suggestion(input, names)}`
					: "takes the name of a format, such as ocsf.",
		})
		.transform((asked, context) => {
			const found = known.find((format) => format.name === asked);
			if (found !== undefined) return found;
			context.addIssue("is no format");
			return z.NEVER;
		});
}

/** Formats whose records are JSON objects. */
const ofObjects = formats.filter(({ mediaType }) => /\bjson\b/.test(mediaType));

function secretIn(env: Environment | undefined) {
	const place = z.union(
		[z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
		takes(REFUSED),
	);
	return place.transform((secret, context) => {
		if (env === undefined || !("env" in secret)) return secret;
		const value = env[secret.env];
		if (value !== undefined && value !== "") return value;
		context.addIssue(`needs the environment variable ${secret.env}, which is not set. Set it.`);
		return z.NEVER;
	});
}

/** The words in which kinds say what their options take. */
export function words(env?: Environment) {
	const secret = secretIn(env);
	const certificate = z.union(
		[z.string().regex(/^-----BEGIN /), secret],
		takes(`a certificate in PEM, ${SECRET}`),
	);
	const basic = { username: text, password: secret };
	return {
		text,
		count,
		flag,
		name,
		oneOf,
		secret,
		/** Public, so that it may stand in the file itself. */
		certificate,
		/** Of any kind, text too. */
		format: formatOf(formats),
		/** Of records that are JSON objects. */
		objectFormat: formatOf(ofObjects),
		object,
		list: <T extends z.ZodType>(item: T) =>
			z.array(item, takes("a list")).min(1, takes("a list that is not empty")),
		/** Members of any name. */
		members: <T extends z.ZodType>(value: T) =>
			z.record(text, value, takes("an object of named members")),
		auth: z.union(
			[
				z.strictObject({ apiKey: secret }),
				z.strictObject({ bearer: secret }),
				z.strictObject(basic),
			],
			takes(
				`{ "apiKey": … }, { "bearer": … } or { "username": "name", "password": … }, where … is ${REFUSED}`,
			),
		),
		/** What every sink over HTTP takes. */
		http: {
			tls: optional(
				object({
					ca: optional(certificate),
					cert: optional(certificate),
					key: optional(secret),
					passphrase: optional(secret),
					serverName: optional(text),
				}),
			),
			proxy: optional(object({ url: text, username: optional(text), password: optional(secret) })),
			gzip: optional(flag),
			timeoutMs: optional(count),
		},
	};
}

/** See {@link words}. */
export type Words = ReturnType<typeof words>;
