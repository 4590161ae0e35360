import { asimMapping } from "./asim.ts";
import { cimMapping } from "./cim.ts";
import { cloudEventsMapping } from "./cloudevents.ts";
import { ecsMapping } from "./ecs.ts";
import { lineMappings } from "./lines/mappings.ts";
import type { Mapping } from "./mapping.ts";
import { ocsf18Mapping, ocsf19Mapping } from "./ocsf/ocsf.ts";
import { otlpLogMapping } from "./otlp-log.ts";
import { udmMapping } from "./udm.ts";

/** Every format with its tables, in the order of the mapping page. */
export const mappings: readonly Mapping[] = [
	ocsf19Mapping,
	ocsf18Mapping,
	ecsMapping,
	cloudEventsMapping,
	otlpLogMapping,
	asimMapping,
	udmMapping,
	cimMapping,
	...lineMappings,
];

/** Every format, by what `mcp-trail convert --to` calls it. */
export const formats = mappings.map(({ format }) => format);
