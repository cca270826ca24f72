/** Tells the main thread of every ES module that is loaded. */
let port

export function initialize(data) {
  port = data.port
}

export function load(url, context, next) {
  port.postMessage(url)
  return next(url, context)
}
