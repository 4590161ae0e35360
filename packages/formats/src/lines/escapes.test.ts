import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCef, parseSyslog } from "../../scripts/line-parsers.ts";
import { escapeCefHeader, escapeCefValue, escapeParamValue, showLeefEnd } from "./escapes.ts";

describe("escapes of the line formats", () => {
	it("[formats.cef_escapes] are those that real parsers of CEF read back", () => {
		const vector =
			"CEF:0|Acme|MCP\\|Audit|1.0\\\\2|tools/call|MCP tool call|3|rt=1763600000000 externalId=01J " +
			"suser=alice cs1Label=tool cs1=a\\=b|c\\\\d msg=line1\\nline2 with \\= sign";
		const header = ["Acme", "MCP|Audit", "1.0\\2", "tools/call", "MCP tool call", "3"];
		const pairs = [
			["rt", "1763600000000"],
			["externalId", "01J"],
			["suser", "alice"],
			["cs1Label", "tool"],
			["cs1", "a=b|c\\d"],
			["msg", "line1\nline2 with = sign"],
		] as const;
		const extension = pairs.map(([key, value]) => `${key}=${escapeCefValue(value)}`).join(" ");
		expect(`CEF:0|${header.map(escapeCefHeader).join("|")}|${extension}`).toBe(vector);
		expect(parseCef(vector)).toEqual({ header, pairs });
	});

	it("end a CEF header at no line break", () => {
		expect(escapeCefHeader("a\r\nb\nc\rd")).toBe("a b c d");
	});

	it("say a carriage return in a CEF value as two characters", () => {
		expect(escapeCefValue("a\rb")).toBe("a\\rb");
	});

	it("[formats.sd_escapes] are three in a PARAM-VALUE, and no more", () => {
		expect(escapeParamValue('a"b\\c]d[e=f\tg')).toBe('a\\"b\\\\c\\]d[e=f\tg');
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom(...'"\\][= ax'.split("")) }), (value) => {
				const line = `<110>1 - - - - - [x@1 a="${escapeParamValue(value)}" b="c"]`;
				expect(parseSyslog(line).data).toEqual([
					{
						id: "x@1",
						params: [
							["a", value],
							["b", "c"],
						],
					},
				]);
			}),
		);
	});

	it("[formats.leef_delimiter] show what LEEF cannot escape", () => {
		expect(showLeefEnd("a|b|c\nd\re", "|")).toBe("a\\u{7c}b\\u{7c}c\\u{a}d\\u{d}e");
		expect(showLeefEnd("a\tb=c|d", "\t")).toBe("a\\u{9}b=c|d");
		expect(showLeefEnd("a^b", "^")).toBe("a\\u{5e}b");
	});
});
