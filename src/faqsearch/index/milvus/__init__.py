"""An index in Milvus: candidates come from its searches, everything exact is computed here, from what it stores."""
