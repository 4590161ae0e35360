import type { Requirement } from "../requirements.ts";
import { type Cell, cellName, cells } from "./cells.ts";
import { places } from "./http-place-names.ts";
import { ofCallers } from "./http-callers.ts";
import { ofFrames } from "./http-frames.ts";
import { idOf as idOfMethod, methods, treatmentOf } from "./methods.ts";
import { idOf as idOfNotification, notifications, occurs } from "./notifications.ts";

const where = (holds: (cell: Cell) => boolean): readonly string[] =>
	cells.filter(holds).map(cellName);

/** Every method and notification, and the cells of SDK and transport over which each is proven. */
export const wireRequirements: readonly Requirement[] = [
	...methods.map((one) => ({
		id: idOfMethod(one),
		says: `${one.method}, asked by a ${one.by}, is one event on each side, whatever the era does with it.`,
		provenBy: ["test/wire/methods.test.ts"],
		over: where((cell) => treatmentOf(one, cell) !== undefined),
	})),
	...notifications.map((one) => ({
		id: idOfNotification(one),
		says: `${one.method}, told by a ${one.by}, is seen once by each side, or counted into its request.`,
		provenBy: ["test/wire/notifications.test.ts"],
		over: where((cell) => occurs(one, cell)),
	})),
	...[...ofFrames, ...ofCallers].map(({ id, says, expected }) => ({
		id,
		says,
		provenBy: ["test/wire/http-status.test.ts"],
		over: places.filter((place) => expected[place] !== undefined),
	})),
];
