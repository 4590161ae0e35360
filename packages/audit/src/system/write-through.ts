import { constants } from "node:fs";

/** Node's permission model refuses fsync and fdatasync of everything, whatever it is told to allow. */
const isPermissioned = Reflect.get(process, "permission") !== undefined;

/** Added where a file is opened to write: each write is then as durable as fdatasync makes it. Windows has no such flag. */
export const WRITE_THROUGH = isPermissioned ? (constants.O_DSYNC ?? 0) : 0;

/** True: what was written needs no fdatasync, which would be refused. */
export const writesThrough = WRITE_THROUGH !== 0;

/** False: no folder can be synced, and new names last as the file system likes. */
export const syncsFolders = process.platform !== "win32" && !isPermissioned;
