/** Strict readers of the line formats, written from their specifications and not from our writers. */

/** A header and the pairs behind it, in their order, so that a key that comes twice is seen. */
export interface ParsedLine {
	readonly header: readonly string[];
	readonly pairs: readonly (readonly [key: string, value: string])[];
}

/** Reads one CEF:0 line, or throws where it is not exactly one. */
export function parseCef(line: string): ParsedLine {
	refuseControls(line);
	if (!line.startsWith("CEF:0|")) throw new Error("does not begin with CEF:0|");
	const header: string[] = [];
	let at = "CEF:0|".length;
	while (header.length < 6) {
		let field = "";
		for (;;) {
			const character = line[at];
			if (character === undefined) throw new Error("ends within the header");
			at += 1;
			if (character === "|") break;
			if (character !== "\\") {
				field += character;
				continue;
			}
			const escaped = line[at];
			if (escaped !== "\\" && escaped !== "|") throw new Error(`\\${escaped} in the header`);
			field += escaped;
			at += 1;
		}
		header.push(field);
	}
	return { header, pairs: parseCefExtension(line.slice(at)) };
}

function parseCefExtension(text: string): (readonly [string, string])[] {
	const pieces: string[] = [""];
	for (let at = 0; at < text.length; at += 1) {
		const character = text[at] ?? "";
		if (character === "\\") {
			const next = text[at + 1] ?? "";
			if (next === "" || !"\\=nr".includes(next)) throw new Error(`\\${next} in the extension`);
			pieces[pieces.length - 1] += character + next;
			at += 1;
		} else if (character === "=") pieces.push("");
		else pieces[pieces.length - 1] += character;
	}
	if (pieces.length === 1 && text !== "") throw new Error("an extension without a key");
	// A key is the last word before an unescaped `=`; what stands before it is the value before.
	const keys: string[] = [];
	const values: string[] = [];
	pieces.forEach((piece, index) => {
		const last = index === pieces.length - 1;
		const space = piece.lastIndexOf(" ");
		if (index > 0) values.push(last ? piece : piece.slice(0, Math.max(space, 0)));
		if (!last) keys.push(index === 0 ? piece : piece.slice(space + 1));
	});
	return keys.map((key, index) => {
		if (!/^[A-Za-z0-9]+$/.test(key)) throw new Error(`${JSON.stringify(key)} is no key`);
		return [key, (values[index] ?? "").replaceAll(/\\([\\=nr])/g, unescapeCef)] as const;
	});
}

function unescapeCef(_whole: string, escaped: string): string {
	if (escaped === "n") return "\n";
	return escaped === "r" ? "\r" : escaped;
}

/** Reads one LEEF 2.0 line, or throws where it is not exactly one. */
export function parseLeef(line: string): ParsedLine {
	const [version, ...fields] = line.split("|", 6);
	const named = /^x([0-9a-f]{2})$/.exec(fields[4] ?? "")?.[1];
	if (version !== "LEEF:2.0" || named === undefined) throw new Error("no LEEF 2.0 header");
	const delimiter = String.fromCharCode(Number.parseInt(named, 16));
	refuseControls(line.replaceAll(delimiter, " "));
	const header = fields.slice(0, 4);
	const attributes = line.slice(["LEEF:2.0", ...fields].join("|").length + 1);
	const pairs = attributes.split(delimiter).map((attribute) => {
		const equals = attribute.indexOf("=");
		const key = attribute.slice(0, equals);
		if (!/^[A-Za-z0-9]+$/.test(key)) throw new Error(`${JSON.stringify(attribute)} has no key`);
		return [key, attribute.slice(equals + 1)] as const;
	});
	return { header, pairs };
}

/** A message of RFC 5424 as its grammar (§6) has it. */
export interface ParsedSyslog {
	readonly pri: number;
	readonly timestamp: string;
	readonly hostname: string;
	readonly appName: string;
	readonly procid: string;
	readonly msgid: string;
	readonly data: readonly { readonly id: string; readonly params: ParsedLine["pairs"] }[];
	readonly message: string | undefined;
	readonly bom: boolean;
}

const syslogHeader =
	/^<([0-9]{1,3})>1 (-|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) /;
const sdName = /[!#-<>-\\^-~]{1,32}/y;

/** Reads one message of RFC 5424, or throws where it is not exactly one. */
export function parseSyslog(line: string): ParsedSyslog {
	refuseControls(line.replace("\u{feff}", ""));
	const head = syslogHeader.exec(line);
	if (!head) throw new Error("no RFC 5424 header");
	const [whole, pri = "", timestamp = "", hostname = "", appName = "", procid = "", msgid = ""] =
		head;
	if (Number(pri) > 191) throw new Error(`PRI ${pri}`);
	let at = whole.length;
	const expected = (character: string): void => {
		if (line[at] !== character) throw new Error(`${character} expected at ${at}`);
		at += 1;
	};
	const name = (): string => {
		sdName.lastIndex = at;
		const found = sdName.exec(line)?.[0];
		if (found === undefined) throw new Error(`a name expected at ${at}`);
		at += found.length;
		return found;
	};
	const value = (): string => {
		let text = "";
		for (;;) {
			const character = line[at];
			if (character === undefined || character === "]") throw new Error(`a bare ] or end at ${at}`);
			at += 1;
			if (character === '"') return text;
			if (character !== "\\") {
				text += character;
				continue;
			}
			const escaped = line[at] ?? "";
			if (escaped === "" || !'"\\]'.includes(escaped)) throw new Error(`\\${escaped} at ${at}`);
			text += escaped;
			at += 1;
		}
	};
	const data: { id: string; params: (readonly [string, string])[] }[] = [];
	if (line[at] === "-") at += 1;
	else
		do {
			expected("[");
			const element = { id: name(), params: [] as (readonly [string, string])[] };
			while (line[at] === " ") {
				at += 1;
				const param = name();
				expected("=");
				expected('"');
				element.params.push([param, value()]);
			}
			expected("]");
			data.push(element);
		} while (line[at] === "[");
	if (at < line.length) expected(" ");
	const rest = at === line.length ? undefined : line.slice(at);
	const bom = rest?.startsWith("\u{feff}") ?? false;
	const message = bom ? rest?.slice(1) : rest;
	return { pri: Number(pri), timestamp, hostname, appName, procid, msgid, data, message, bom };
}

const controls = /[\p{Cc}\u{2028}\u{2029}]/u;

/** A receiver that frames by line feeds, or a terminal, must see one record. */
function refuseControls(line: string): void {
	const found = controls.exec(line)?.[0];
	if (found !== undefined) throw new Error(`control character ${found.codePointAt(0)} in the line`);
}
