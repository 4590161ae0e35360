/** Runs one piece of work at a time, in the order asked for. */
export function turns(): <T>(work: () => Promise<T>) => Promise<T> {
	let last: Promise<unknown> = Promise.resolve();
	return async (work) => {
		const turn = last.then(work, work);
		last = turn.catch(() => undefined);
		return turn;
	};
}
