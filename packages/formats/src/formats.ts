import { ecsMapping } from "./ecs.ts";
import type { Mapping } from "./mapping.ts";

/** Every format with its tables, in the order of the mapping page. */
export const mappings: readonly Mapping[] = [ecsMapping];

/** Every format, by what `mcp-trail convert --to` calls it. */
export const formats = mappings.map(({ format }) => format);
