/** Waits for a call that may go either way. */
export async function settle(call: Promise<unknown>): Promise<void> {
	await call.catch(() => undefined);
}

/** Waits for a call that must not succeed. */
export async function refused(call: Promise<unknown>): Promise<void> {
	const succeeded = await call.then(
		() => true,
		() => false,
	);
	if (succeeded) throw new Error("The call succeeded, so the scenario did not happen.");
}
