/** Whether this ordersctl can start programs, which takes Bun: the package for Node works with services that run. */
export const canStartPrograms = "bun" in process.versions;
