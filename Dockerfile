# Build the wheel into an environment of its own, then run that as a user without rights in an image without a compiler.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY emulator emulator
COPY fixtures fixtures
COPY docs/production docs/production
# No pip in it, each module compiled once, and no symbols for debuggers where binutils can be had.
RUN python -m venv --without-pip /opt/emulator \
 && python -m pip --python /opt/emulator/bin/python install --no-cache-dir --no-compile . \
 && /opt/emulator/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/emulator/lib \
 && { apt-get update -qq && apt-get install -qq -y --no-install-recommends binutils >/dev/null \
      && find /opt/emulator/lib -name '*.so' -exec strip --strip-unneeded {} + \
      || echo "no binutils: the libraries keep their symbols"; }

FROM python:3.12-slim
COPY --from=build /opt/emulator /opt/emulator
RUN useradd --create-home --uid 10001 emulator && install -d -o emulator /home/emulator/home
USER emulator
WORKDIR /home/emulator
ENV PATH=/opt/emulator/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    SYMPHONY_EMULATOR_HOST=0.0.0.0 \
    SYMPHONY_EMULATOR_PORT=8080 \
    SYMPHONY_EMULATOR_HOME=/home/emulator/home
VOLUME /home/emulator/home
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["symphony-emulator", "health"]
ENTRYPOINT ["symphony-emulator"]
CMD ["serve"]
