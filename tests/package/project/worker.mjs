import { createApp, createDetector } from "retinanet-edge";

let app;

export default {
  async fetch(request, { ASSETS }, context) {
    app ??= createDetector({ model: "everyday8", assets: ASSETS })
      .then((detector) => createApp({ detector }));
    context.waitUntil(app);
    return (await app).fetch(request);
  },
};
