import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Client } from "@modelcontextprotocol/client";
import { z } from "zod";
import { saw } from "./scenario.ts";

const skillsSchema = z.looseObject({
	skills: z.array(
		z.object({
			uri: z.string(),
			frontmatter: z.record(z.string(), z.string()),
			resources: z.array(z.object({ uri: z.string(), digest: z.string(), size: z.number() })),
		}),
	),
});
type Skill = z.infer<typeof skillsSchema>["skills"][number];

/** Reads the flat frontmatter that the suite's skills have. */
function frontmatterOf(markdown: string): Record<string, string> {
	const [, block = ""] = markdown.split("---\n");
	const lines = block.split("\n").filter((line) => line.includes(": "));
	return Object.fromEntries(lines.map((line) => line.split(": ", 2)));
}

/** Says why a file is not what its entry told (SEP-2640); nothing if it is. */
function fault(skill: Skill, uri: string, content: string): string | undefined {
	const entry = skill.resources.find((resource) => resource.uri === uri);
	if (entry === undefined) return "not listed";
	if (Buffer.byteLength(content) !== entry.size) return "size";
	const digest = createHash("sha256").update(content, "utf8").digest("hex");
	if (`sha256:${digest}` !== entry.digest) return "digest";
	if (uri !== skill.uri) return undefined;
	return isDeepStrictEqual(frontmatterOf(content), skill.frontmatter) ? undefined : "frontmatter";
}

/** Loads a skill file by file, and stops at the first that is not what was told of it. */
async function load(peer: Client, skill: Skill): Promise<void> {
	for (const { uri } of skill.resources) {
		const [content] = (await peer.readResource({ uri })).contents;
		const found = fault(skill, uri, content !== undefined && "text" in content ? content.text : "");
		saw(uri, found ?? "as told");
		if (found !== undefined) return;
	}
}

/** Lists the skills of a server, and loads them where the scenario is about loading. */
export async function useSkills(peer: Client, loads: boolean): Promise<void> {
	const { skills } = await peer.request({ method: "skills/list", params: {} }, skillsSchema);
	saw("skills", skills);
	if (!loads) return;
	for (const skill of skills) await load(peer, skill);
}
