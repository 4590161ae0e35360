import type { Mapping } from "../src/mapping.ts";
import type { Row } from "../src/table.ts";

/** Text of docs/formats.md. */
export function docsFile(mappings: readonly Mapping[]): string {
	return `${[
		"<!-- Generated from packages/formats/src/ by `npm run generate`. Do not edit. -->",
		"# Formats",
		"What an [event](event.md) becomes in the words of other systems. Each format is a pure function of the stored event and works by the tables below: of several rows with one target, the first that says something counts. What no row can say goes, under its own name, where the target keeps what it does not know, so that no two events that differ in any member look the same. One example of every event type in every format is under [schemas/siem/golden](../schemas/siem/golden/).",
		table(
			["name", "target", "sent as"],
			mappings.map(({ format, title }) => [
				`[\`${format.name}\`](#${anchor(title)})`,
				title,
				format.mediaType,
			]),
		),
		...mappings.flatMap(section),
	].join("\n\n")}\n`;
}

function section({ title, about, parts, rest }: Mapping): string[] {
	return [
		`## ${title}`,
		about,
		...parts.flatMap((part) => [
			...(parts.length > 1 ? [`### ${title}: ${part.title}`] : []),
			table(["target", "event", "how"], part.rows.map(line)),
		]),
		`**Everything else:** ${rest}`,
	];
}

function line({ to, from, as, is }: Row): readonly string[] {
	const how =
		as?.says ??
		(is === undefined
			? ""
			: `always ${code(typeof is === "object" ? JSON.stringify(is) : String(is))}`);
	return [code(to), from === undefined ? "" : code(from), how];
}

/** A heading's anchor as GitHub makes it. */
function anchor(title: string): string {
	return title
		.toLowerCase()
		.replaceAll(/[^a-z0-9 _-]/g, "")
		.replaceAll(" ", "-");
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
	return [row(head), row(head.map(() => "---")), ...body.map(row)].join("\n");
}

function row(cells: readonly string[]): string {
	return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function code(words: string): string {
	return `\`${words}\``;
}
