import { readFileSync } from "node:fs";

/** A schema of the event, as far as it is read here. */
interface Schema {
	readonly $ref?: string;
	readonly $defs?: Readonly<Record<string, Schema>>;
	readonly description?: string;
	readonly type?: string;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly items?: Schema;
}

/** An attribute as OCSF's metaschema has it. */
export interface ExtensionAttribute {
	readonly caption?: string;
	readonly description?: string;
	readonly type?: string;
	readonly is_array?: true;
	readonly requirement?: "optional";
}

/** An object of the extension. */
export interface ExtensionObject {
	readonly caption: string;
	readonly description: string;
	readonly extends: "object";
	readonly name: string;
	readonly attributes: Readonly<Record<string, ExtensionAttribute>>;
}

/** The extension's name, by which its profile is scoped: `mcp_trail/mcp`. */
const NAME = "mcp_trail";
/** OCSF's number for development; an own one needs an entry in OCSF's `extensions.md`. */
const UID = 999;
const VERSION = "1.0.0";

/** OCSF classes that events become, as their files are called. */
const patched = ["api_activity", "authentication", "detection_finding", "event_log_actvity"];

/** Names of the event that OCSF's own dictionary has (1.8.0 and 1.9.0-dev), with their type there; an object's is `object_t`. */
export const coreAttributes: Readonly<Record<string, string>> = {
	...typed(
		"string_t",
		"action confidence depth direction error integrity issuer message mime_type",
	),
	...typed("string_t", "name operation path phase role scheme severity source state status target"),
	...typed("string_t", "title type user_agent version"),
	...typed("string_t[]", "flags labels scopes"),
	...typed("integer_t", "attempt code count http_status sequence"),
	...typed("long_t", "bytes"),
	...typed("object_t", "actor digest finding hash policy remediation request resource response"),
	...typed("object_t", "rule service trace url"),
	...typed("object_t[]", "extensions"),
	...typed("timestamp_t", "start_time time"),
	...typed("url_t", "uri"),
};

function typed(type: string, names: string): Readonly<Record<string, string>> {
	return Object.fromEntries(names.split(" ").map((name) => [name, type]));
}

const schema: Schema = JSON.parse(
	readFileSync(new URL("../../../schemas/event/1.0.schema.json", import.meta.url), "utf8"),
);

const resolved = (node: Schema): Schema =>
	node.$ref === undefined
		? node
		: {
				...schema.$defs?.[node.$ref.split("/").at(-1) ?? ""],
				...(node.description === undefined ? {} : { description: node.description }),
			};

const caption = (name: string): string =>
	name.replaceAll("_", " ").replaceAll(/(?:^| )\p{L}/gu, (letter) => letter.toUpperCase());

/** Each block of the event as an object, and what is called otherwise than in the event. */
function objects() {
	const made = new Map<string, ExtensionObject>();
	const dictionary = new Map<string, ExtensionAttribute>();
	const names = new Map<string, string>();
	/** What an attribute with this schema is; blocks become objects of their own. */
	function attributeOf(member: Schema, name: string): ExtensionAttribute {
		const { type, items, properties } = resolved(member);
		if (items !== undefined) return { ...attributeOf(items, name), is_array: true };
		if (properties !== undefined) {
			objectOf(member, name);
			return { type: name };
		}
		const types: Readonly<Record<string, string>> = { integer: "integer_t", boolean: "boolean_t" };
		return { type: type === "object" ? "json_t" : (types[type ?? ""] ?? "string_t") };
	}
	/** Gives an attribute a name that no other type has: an extension may not change what a name means. */
	function named(member: string, block: string, attribute: ExtensionAttribute): string {
		const shape = `${attribute.type}${attribute.is_array ? "[]" : ""}`;
		for (const name of [member, `mcp_${member}`, `${block}_${member}`]) {
			if (coreAttributes[name] === shape) return name;
			const known = dictionary.get(name);
			const same = known?.type === attribute.type && known?.is_array === attribute.is_array;
			if (known !== undefined && !same) continue;
			if (coreAttributes[name] !== undefined) continue;
			dictionary.set(name, known ?? attribute);
			return name;
		}
		throw new Error(`no name is free for ${block}.${member}`);
	}
	function objectOf(block: Schema, name: string): void {
		if (made.has(name)) return;
		const { properties = {}, description } = resolved(block);
		const about = description ?? "What no attribute of OCSF holds.";
		const attributes = Object.entries(properties).map(([member, node]) => {
			const { description: says = `${caption(member)}.` } = resolved(node);
			const attribute = attributeOf(node, `${name}_${member}`);
			const described = { caption: caption(member), description: says };
			const own = named(member, name, { ...described, ...attribute });
			names.set(`${name}.${member}`, own);
			return [own, { ...described, requirement: "optional" }] as const;
		});
		made.set(name, {
			caption: caption(name),
			description: about,
			extends: "object",
			name,
			attributes: Object.fromEntries(attributes),
		});
	}
	objectOf(
		{ ...schema, description: "An MCP audit event: what no attribute of OCSF holds." },
		NAME,
	);
	return { made, dictionary, names };
}

/** An event of the formats `ocsf` and `ocsf_1_8` as the profile has it: `unmapped.mcp_trail` becomes `mcp_trail`. */
export function lifted(event: Readonly<Record<string, unknown>>): Record<string, unknown> {
	const { names, made } = objects();
	function renamed(value: unknown, name: string): unknown {
		if (Array.isArray(value)) return value.map((one: unknown) => renamed(one, name));
		if (typeof value !== "object" || value === null || !made.has(name)) return value;
		return Object.fromEntries(
			Object.entries(value).map(([member, below]) => [
				names.get(`${name}.${member}`) ?? member,
				renamed(below, `${name}_${member}`),
			]),
		);
	}
	const { unmapped, metadata, ...rest } = event;
	const said: { readonly profiles?: readonly string[] } = Object(metadata);
	return {
		...rest,
		metadata: {
			...said,
			profiles: [...(said.profiles ?? []), `${NAME}/mcp`],
			extensions: [{ name: NAME, uid: String(UID), version: VERSION }],
		},
		[NAME]: renamed(Object(unmapped)[NAME], NAME),
	};
}

/** The extension's files by their path in its folder. */
export function ocsfExtension(): ReadonlyMap<string, unknown> {
	const { made, dictionary } = objects();
	dictionary.set(NAME, {
		caption: "MCP Trail",
		description: "What an MCP audit event says beyond OCSF's own attributes.",
		type: NAME,
	});
	const included = { attributes: { $include: ["profiles/mcp.json"] }, profiles: ["mcp"] };
	return new Map<string, unknown>([
		[
			"extension.json",
			{
				caption: "MCP Trail",
				description: "Facts of the Model Context Protocol that OCSF has no attribute for.",
				name: NAME,
				uid: UID,
				version: VERSION,
			},
		],
		[
			"dictionary.json",
			{
				caption: "Attribute Dictionary",
				description: "Attributes of the objects of this extension.",
				name: "dictionary",
				attributes: Object.fromEntries([...dictionary].toSorted(([a], [b]) => (a < b ? -1 : 1))),
			},
		],
		[
			"profiles/mcp.json",
			{
				caption: "MCP",
				description: "Adds what an MCP audit event says beyond OCSF's own attributes.",
				meta: "profile",
				name: "mcp",
				annotations: { group: "context" },
				attributes: { [NAME]: { requirement: "optional" } },
			},
		],
		...patched.map((name) => [`events/${name}.json`, { extends: name, ...included }] as const),
		...[...made].map(([name, object]) => [`objects/${name}.json`, object] as const),
	]);
}

/** Files of the extension's folder as they are written. */
export function ocsfExtensionFiles(): ReadonlyMap<string, string> {
	const renamed = [...objects().names].filter(([path, own]) => !path.endsWith(`.${own}`));
	return new Map(
		[...ocsfExtension(), ["renamed.json", Object.fromEntries(renamed)] as const].map(
			([path, content]) => [
				`ocsf/extension/${path}`,
				`${JSON.stringify(content, undefined, "\t")}\n`,
			],
		),
	);
}
