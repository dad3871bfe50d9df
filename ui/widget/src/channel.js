// Where the tabs of a page's origin tell each other of this site's widget; what is kept on the device has the same name.
export const channelOf = (site) => `shop-assistant:${site ?? ""}`;
