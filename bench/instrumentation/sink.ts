/** A collector that takes every trace and keeps none; prints its address. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    await request.arrayBuffer();
    return Response.json({ partialSuccess: {} });
  },
});
console.log(`http://127.0.0.1:${server.port}`);
