# Built with what package-lock.json pins; better-sqlite3 is compiled here, for the C library that runs it below.
# Not on the newest release: with the headers of 24.19 and later, the addon aborts the process when an object is collected
# (https://github.com/nodejs/node/issues/65446). All releases of a line have the same binary interface.
FROM node:24.18.1-bookworm AS build
WORKDIR /build
# The headers that the image ships, so that node-gyp downloads none.
ENV npm_config_nodedir=/usr/local
# No install scripts: package.json's own `prepare` needs sources that come later, and only better-sqlite3 needs its.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund \
  && npm rebuild better-sqlite3 --build-from-source
COPY tsconfig.json build.mjs ./
COPY schemas ./schemas
COPY projections ./projections
COPY services ./services
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund
# Of better-sqlite3, only the compiled addon runs.
RUN cd node_modules/better-sqlite3 \
  && mv build/Release/better_sqlite3.node /tmp/ \
  && rm -rf build deps src \
  && mkdir -p build/Release \
  && mv /tmp/better_sqlite3.node build/Release/

FROM node:24.21.0-bookworm-slim
WORKDIR /app
# HOST is reachable from outside the container, so the service starts only with secrets for Stream and for readers.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
RUN install -d -o node -g node -m 0700 /data
# Owned by root: the service cannot change its own code.
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist/schemas ./dist/schemas
COPY --from=build /build/dist/projections ./dist/projections
COPY --from=build /build/dist/services ./dist/services
COPY --from=build /build/dist/screens ./dist/screens
COPY --from=build /build/services/sandbox/files ./services/sandbox/files
USER node
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/services/main.js"]
