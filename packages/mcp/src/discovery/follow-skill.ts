import { createHash } from "node:crypto";
import type { Audit } from "@mcp-trail/audit";
import { cleanUri, type SkillDetail } from "@mcp-trail/event";
import type { Following } from "../audited/follower.ts";
import { isObject } from "../hook/frame.ts";
import type { Connection } from "../peer-connection.ts";
import type { Exchange } from "../observer.ts";
import type { JsonObject } from "../json-object.ts";

const MAX_FILES = 8192;
const DIGEST = /^(?:sha256[:-])?([0-9a-f]{64})$/i;

/** Digests that a server declared for the files of its skills, by server and URI; oldest first. */
const declared = new WeakMap<Audit, Map<string, string>>();

const keyOf = ({ role, reached }: Connection, uri: string): string =>
	`${role} ${reached?.id ?? ""} ${uri}`;

function digestText(value: unknown): string | undefined {
	const hex = typeof value === "string" ? DIGEST.exec(value)?.[1] : undefined;
	return hex === undefined ? undefined : `sha256:${hex.toLowerCase()}`;
}

/** Notes what one skill declares of its files; gives the digest of its own `SKILL.md`. */
function learn(audit: Audit, connection: Connection, skill: unknown): string | undefined {
	const files = isObject(skill) ? skill["resources"] : undefined;
	if (!isObject(skill) || !Array.isArray(files)) return undefined;
	let known = declared.get(audit);
	if (known === undefined) declared.set(audit, (known = new Map()));
	let own: string | undefined;
	for (const file of files.slice(0, MAX_FILES)) {
		const uri = isObject(file) ? file["uri"] : undefined;
		const digest = isObject(file) ? digestText(file["digest"]) : undefined;
		if (typeof uri !== "string" || uri.length > 2048 || digest === undefined) continue;
		const key = keyOf(connection, uri);
		known.delete(key);
		known.set(key, digest);
		const [oldest] = known.size > MAX_FILES ? known.keys() : [];
		if (oldest !== undefined) known.delete(oldest);
		if (uri === skill["uri"]) own = digest;
	}
	return own;
}

/** The digest of a read file's raw bytes, where the answer is that one file. */
function actualDigest(result: JsonObject, uri: string): string | undefined {
	const { contents } = result;
	const [content] = Array.isArray(contents) && contents.length === 1 ? contents : [];
	if (!isObject(content) || content["uri"] !== uri) return undefined;
	const { text, blob } = content;
	const bytes =
		typeof text === "string"
			? Buffer.from(text, "utf8")
			: typeof blob === "string"
				? Buffer.from(blob, "base64")
				: undefined;
	return bytes && `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Follows skills: what is declared of their files, and whether what is read is that. */
export function followSkill(audit: Audit, exchange: Exchange): Following | undefined {
	const { connection, method, params } = exchange;
	const uri = params?.["uri"];
	const clean = cleanUri(uri, 1024);
	let skill: SkillDetail | undefined;
	const adds: Following["adds"] = () => (skill ? { skill } : undefined);

	if (method === "skills/list")
		return {
			answered({ result }) {
				const skills = isObject(result) ? result["skills"] : undefined;
				if (Array.isArray(skills))
					for (const one of skills.slice(0, MAX_FILES)) learn(audit, connection, one);
			},
		};
	if (typeof uri !== "string" || clean === undefined) return undefined;
	if (method === "resources/directory/read") return { adds: () => ({ skill: { uri: clean } }) };
	if (method === "skills/get") {
		skill = { uri: clean };
		return {
			answered({ result }) {
				const own = isObject(result) ? learn(audit, connection, result["skill"]) : undefined;
				if (own !== undefined) skill = { uri: clean, declared_digest: own };
			},
			adds,
		};
	}
	if (method !== "resources/read") return undefined;
	const promised = declared.get(audit)?.get(keyOf(connection, uri));
	if (promised === undefined) return undefined;
	return {
		answered({ result }) {
			const digest = isObject(result) ? actualDigest(result, uri) : undefined;
			skill = {
				uri: clean,
				declared_digest: promised,
				...(digest !== undefined && { digest, match: digest === promised }),
			};
		},
		adds,
	};
}

/** True where a read may be of a skill's file: one was declared. */
export const knowsSkills = (audit: Audit): boolean => declared.has(audit);
