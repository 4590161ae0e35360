/** One step of a page: commands, and what the page shows that they print. */
interface Step {
	/** The heading that it stands under. */
	readonly heading: string;
	/** Line of the page, from 1, for a person to find it. */
	readonly line: number;
	readonly commands: string;
	/** The `text` block that follows directly; undefined when the page shows no output. */
	readonly shows: string | undefined;
}

/** A file that the page says to write: a block whose first words name it, as in "```json mcp-trail.json". */
interface PageFile {
	readonly name: string;
	readonly text: string;
}

/** What a page tells its reader to do, in order. */
export interface Page {
	readonly steps: readonly Step[];
	readonly files: readonly PageFile[];
}

interface Block {
	readonly info: string;
	readonly text: string;
	readonly heading: string;
	readonly line: number;
	/** Only blank lines stand between it and the block before. */
	readonly follows: boolean;
}

const FENCE = /^```(.*)$/u;

function blocksOf(markdown: string): readonly Block[] {
	const blocks: Block[] = [];
	let heading = "";
	let follows = false;
	let open: { info: string; line: number; lines: string[] } | undefined;
	for (const [index, line] of markdown.split("\n").entries()) {
		const fence = FENCE.exec(line);
		if (open !== undefined) {
			if (fence === null) {
				open.lines.push(line);
				continue;
			}
			blocks.push({ ...open, text: open.lines.join("\n"), heading, follows });
			[open, follows] = [undefined, true];
		} else if (fence !== null) {
			open = { info: fence[1]?.trim() ?? "", line: index + 1, lines: [] };
		} else {
			if (line.startsWith("#")) heading = line.replace(/^#+ */u, "");
			if (line.trim() !== "") follows = false;
		}
	}
	if (open !== undefined) throw new Error(`the block of line ${open.line} does not end`);
	return blocks;
}

/** Reads the `sh` blocks of a page, the outputs shown directly below them, and the files it says to write. */
export function readPage(markdown: string): Page {
	const blocks = blocksOf(markdown);
	const steps = blocks.flatMap(({ info, text, heading, line }, index): Step[] => {
		if (info !== "sh") return [];
		const next = blocks[index + 1];
		const shows = next?.info === "text" && next.follows ? next.text : undefined;
		return [{ heading, line, commands: text, shows }];
	});
	const files = blocks.flatMap(({ info, text }): PageFile[] => {
		const name = /^[a-z]+ ([A-Za-z0-9][A-Za-z0-9._-]*)$/u.exec(info)?.[1];
		return name === undefined ? [] : [{ name, text: `${text}\n` }];
	});
	return { steps, files };
}

const lines = (text: string): string[] =>
	text
		.trimEnd()
		.split("\n")
		.map((line) => line.trimEnd());

/**
 * Says where printed text differs from what the page shows, or `undefined`. Line by line; what differs from
 * run to run is shown as `…`, which stands for any part of a line, and a line of only `…` for any number of lines.
 */
export function differs(shown: string, printed: string): string | undefined {
	const pattern = lines(shown).map((line) =>
		line.trim() === "…" ? "(?:.*\n)*?" : `${line.split("…").map(escaped).join(".+?")}\n`,
	);
	const text = `${lines(printed).join("\n")}\n`;
	if (new RegExp(`^${pattern.join("")}$`, "u").test(text)) return undefined;
	return `the page shows\n${shown}\nand it printed\n${printed}`;
}

function escaped(text: string): string {
	return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
