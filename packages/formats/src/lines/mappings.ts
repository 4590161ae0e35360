import type { Mapping } from "../mapping.ts";
import { cefMapping } from "./cef.ts";
import { leefMapping } from "./leef.ts";
import { rfc5424CefMapping, rfc5424JsonMapping, rfc5424Mapping } from "./rfc5424.ts";

/** The formats that are one line of text. */
export const lineMappings: readonly Mapping<string>[] = [
	cefMapping,
	leefMapping,
	rfc5424Mapping,
	rfc5424CefMapping,
	rfc5424JsonMapping,
];
