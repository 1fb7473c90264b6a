package com.fasterxml.jackson.databind;

/** A stand-in of that name, so that the ban on Jackson 2 can be tested without Jackson 2. */
public final class ObjectMapper {}
