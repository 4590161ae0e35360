import { matrix } from "./matrix.ts";
import { inMemory } from "./pairs/in-memory.ts";

matrix("in_memory", inMemory);
