"""Compares what was predicted with what was measured."""
